package doni.api.web;

import doni.api.body.BodyText;
import doni.request.RequestRefusedException;

/** The path variable that names a device: its UUID or the name of a live one. */
public final class HardwareReference {

  private static final int MAX_LENGTH = 255;

  private HardwareReference() {}

  /**
   * Returns the reference, or throws {@link RequestRefusedException.NotFound} for text that no
   * device can have as its name: longer than 255 characters, or with control characters.
   */
  public static String checked(String ref) {
    if (ref.codePointCount(0, ref.length()) > MAX_LENGTH || !BodyText.isLine(ref)) {
      throw RequestRefusedException.NotFound.hardware(BodyText.quote(ref));
    }
    return ref;
  }
}
