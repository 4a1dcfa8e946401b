package doni.doctor;

import doni.worker.Checkup;
import java.util.List;

/** Looks at one thing. */
record Examination(String subject, Look look) {

  /** May take its time, may fail, and ends when it is interrupted. */
  @FunctionalInterface
  interface Look {
    List<Checkup> look() throws Exception;
  }
}
