package doni.doctor;

import doni.worker.Finding;

/**
 * One line of what the doctor says.
 *
 * @param subject what was looked at, for example {@code database} or {@code worker k8s}
 */
public record CheckResult(String subject, Finding checkup) {

  public boolean isWrong() {
    return checkup instanceof Finding.Problem;
  }
}
