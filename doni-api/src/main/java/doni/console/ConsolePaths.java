package doni.console;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The paths of the console, and which of them a login may lead to. */
final class ConsolePaths {

  static final String ROOT = "/console";
  static final String LOGIN = ROOT + "/login";

  /** Where a single sign-on begins: the link of a choice on the login page. */
  static final String WEB_SSO = LOGIN + "/websso";

  /** Where a single sign-on ends: Keystone's page posts a token to it. */
  static final String WEB_SSO_RETURN = ROOT + "/auth/websso";

  static final String LOGOUT = ROOT + "/logout";
  static final String PROJECT = ROOT + "/project";
  static final String DEVICES = ROOT + "/devices";
  static final String BATCH = DEVICES + "/batch";
  static final String EXPORT = DEVICES + "/export";
  static final String RUNS = ROOT + "/runs";
  static final String ACTIVITY = ROOT + "/activity";
  static final String SITE = ROOT + "/site";
  static final String LIVE = ROOT + "/live";
  static final String ENROLL = ROOT + "/enroll";
  static final String IMPORT = ROOT + "/import";
  static final String MINE = ROOT + "/mine";
  static final String PUBLIC = ROOT + "/public";
  static final String ASSETS = ROOT + "/assets";

  /** Targets of forwards, which a client cannot request. */
  static final String UNAVAILABLE = ROOT + "/unavailable";

  static final String FORM_EXPIRED = ROOT + "/form-expired";
  static final String REFUSED = ROOT + "/refused";

  /** No second slash, dot segment, backslash or escape, so it cannot be read as another host. */
  private static final Pattern PAGE =
      Pattern.compile(
          "/console(/(activity|site|enroll|import|mine|runs(/[A-Za-z0-9-]{1,64})?|devices(/[A-Za-z0-9-]{1,64}(/edit)?)?))?(\\?[A-Za-z0-9_=&.,%+:-]{0,1000})?");

  private ConsolePaths() {}

  /** Returns a page of the console that a client named, or the first page for anything else. */
  static String pageOrRoot(@Nullable String wanted) {
    return wanted != null && PAGE.matcher(wanted).matches() ? wanted : ROOT;
  }
}
