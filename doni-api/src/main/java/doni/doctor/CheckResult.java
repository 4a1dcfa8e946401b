package doni.doctor;

import doni.worker.Finding;

/**
 * One line of the doctor's report.
 *
 * @param subject what was checked, for example {@code database} or {@code worker k8s}
 */
public record CheckResult(String subject, Finding finding) {

  public boolean isProblem() {
    return finding instanceof Finding.Problem;
  }
}
