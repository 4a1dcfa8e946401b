package doni;

import doni.cli.DoniCommand;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The enrollment service and its command line. */
@SpringBootApplication(proxyBeanMethods = false)
public class DoniApplication {

  public static void main(String[] args) {
    int exitCode = DoniCommand.run(DoniApplication.class, args);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }
}
