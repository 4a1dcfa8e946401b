package doni.doctor;

import doni.worker.Finding;
import java.util.List;

/** One check of the doctor. */
record DoctorCheck(String subject, Probe probe) {

  /** Reads the subject. It may block or fail, and ends when it is interrupted. */
  @FunctionalInterface
  interface Probe {
    List<Finding> run() throws Exception;
  }
}
