package doni;

import doni.cli.DoniCommand;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The enrollment service and its command line. */
@SpringBootApplication(proxyBeanMethods = false)
public class DoniApplication {

  private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

  public static void main(String[] args) {
    // A virtual thread pins its carrier while it loads a class. On two cores, two threads that wait
    // for one jar's lock would leave no carrier for the thread that holds it: a deadlock.
    if (System.getProperty(CARRIERS) == null) {
      System.setProperty(
          CARRIERS, Integer.toString(Math.max(8, Runtime.getRuntime().availableProcessors())));
    }
    int exitCode = DoniCommand.run(DoniApplication.class, args);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }
}
