package doni.secret;

import doni.enrollment.HardwareId;

/**
 * Where a secret is stored. It is authenticated with the ciphertext, so a ciphertext that is copied
 * to another table, device, worker or field does not open there.
 *
 * <p>A leftover keeps the ciphertexts of the rows that it was copied from, under their places.
 *
 * @param text names table, row, worker and field
 * @param original the place in the first format, which named the row and the field only
 */
record SecretPlace(String text, String original) {

  static SecretPlace property(HardwareId id, String field) {
    return new SecretPlace("hardware/" + id + "/" + field, id + "/" + field);
  }

  /** A value of a console session, which the first format never held. */
  static SecretPlace session(String session, String name) {
    String text = "spring_session/" + session + "/" + name;
    return new SecretPlace(text, text);
  }

  static SecretPlace detail(HardwareId id, String workerType, String field) {
    return new SecretPlace("worker_task/" + id + "/" + workerType + "/" + field, id + "/" + field);
  }
}
