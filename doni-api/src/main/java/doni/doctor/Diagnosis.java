package doni.doctor;

import doni.worker.Checkup;

/**
 * One line of what the doctor says.
 *
 * @param subject what was looked at, for example {@code database} or {@code worker k8s}
 */
public record Diagnosis(String subject, Checkup checkup) {

  public boolean isWrong() {
    return checkup instanceof Checkup.Wrong;
  }
}
