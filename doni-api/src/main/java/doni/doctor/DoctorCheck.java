package doni.doctor;

import doni.worker.Finding;
import java.util.List;

/** Looks at one thing. */
record DoctorCheck(String subject, Look look) {

  /** May take its time, may fail, and ends when it is interrupted. */
  @FunctionalInterface
  interface Look {
    List<Finding> look() throws Exception;
  }
}
