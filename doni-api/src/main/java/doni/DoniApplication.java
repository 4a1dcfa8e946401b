package doni;

import doni.cli.DoniCommand;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The enrollment service and its command line. */
@SpringBootApplication(proxyBeanMethods = false)
public class DoniApplication {

  private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

  public static void main(String[] args) {
    // A virtual thread that loads a class keeps its carrier meanwhile. On two cores two of them
    // that
    // wait for one jar's lock would leave none for the thread that holds it, and nothing would go
    // on.
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
