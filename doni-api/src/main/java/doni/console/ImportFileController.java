package doni.console;

import doni.api.bulkimport.ImportBody;
import doni.api.web.FailureStatus;
import doni.bulkimport.ImportReport;
import doni.bulkimport.ImportRow;
import doni.bulkimport.ImportService;
import doni.bulkimport.ImportService.Mode;
import doni.hardware.HardwarePermissions;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import doni.secret.KeyedHash;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.apache.tomcat.util.http.fileupload.servlet.ServletRequestContext;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/**
 * The import of a file: first a check that stores nothing, then the import itself.
 *
 * <p>The user sends the file for each of them. It is read while it arrives, as a body of the API
 * is, and kept nowhere, because it contains secrets: neither in the page nor in the session. What
 * connects the two is a keyed hash of the file, so that only what was checked is imported.
 */
@ConsoleController
class ImportFileController {

  private static final String VIEW = "import";
  private static final String FILE = "file";
  private static final int MAX_FIELD = 200;
  private static final int MAX_PARTS = 10;
  private static final int MAX_HEAD = 4_096;

  private final ImportService imports;
  private final HardwarePermissions permissions;
  private final HardwareTypes types;
  private final KeyedHash hash;

  ImportFileController(
      ImportService imports,
      HardwarePermissions permissions,
      HardwareTypes types,
      @Qualifier("consoleFileHash") KeyedHash hash) {
    this.imports = imports;
    this.permissions = permissions;
    this.types = types;
    this.hash = hash;
  }

  /**
   * A file that a browser sent.
   *
   * @param mode as the user chose it
   * @param checked the hash of the file whose check the user has seen; empty before a check
   * @param digest of the file
   */
  private record SentFile(Iterable<ImportRow> rows, Mode mode, String checked, String digest) {

    /** Returns the text that stands for this import by this user. */
    String subject(Caller caller) {
      return String.join("\n", caller.userId(), caller.projectId(), mode.name(), digest);
    }
  }

  @GetMapping(ConsolePaths.IMPORT)
  String form(@AuthenticationPrincipal Caller caller) {
    requirePermission(caller);
    return VIEW;
  }

  @PostMapping(ConsolePaths.IMPORT)
  String run(
      @AuthenticationPrincipal Caller caller,
      HttpServletRequest request,
      HttpServletResponse response,
      Model model)
      throws IOException {
    requirePermission(caller);
    try {
      SentFile file = read(request);
      boolean asChecked = !file.checked().isEmpty() && matches(file, caller);
      ImportReport report = imports.run(caller, file.rows(), file.mode(), !asChecked);
      model.addAttribute("report", ImportPage.of(report, file.mode(), !asChecked));
      model.addAttribute("outcomes", ImportReport.Outcome.values());
      model.addAttribute("other", !asChecked && !file.checked().isEmpty());
      model.addAttribute("checked", encoded(hash.of(file.subject(caller))));
    } catch (RequestRefusedException.Invalid refusal) {
      response.setStatus(FailureStatus.of(refusal).value());
      model.addAttribute("problems", refusal.violations());
    }
    return VIEW;
  }

  /** Reads the parts in their order, which is that of the form: the file comes last. */
  private SentFile read(HttpServletRequest request) throws IOException {
    FileUpload upload = new FileUpload();
    upload.setFileCountMax(MAX_PARTS);
    upload.setPartHeaderSizeMax(MAX_HEAD);
    Map<String, String> fields = new HashMap<>();
    try {
      FileItemIterator parts = upload.getItemIterator(new ServletRequestContext(request));
      while (parts.hasNext()) {
        FileItemStream part = parts.next();
        if (!FILE.equals(part.getFieldName())) {
          byte[] value = part.openStream().readNBytes(MAX_FIELD);
          fields.put(part.getFieldName(), new String(value, StandardCharsets.UTF_8));
        } else if (part.getName() != null && !part.getName().isEmpty()) {
          return read(part, fields);
        }
      }
    } catch (FileUploadException | MultipartStream.MalformedStreamException _) {
      throw new RequestRefusedException.Invalid("The upload is incomplete; send it again.");
    }
    throw new RequestRefusedException.Invalid("file: is required");
  }

  private SentFile read(FileItemStream part, Map<String, String> fields) throws IOException {
    DigestInputStream file = new DigestInputStream(part.openStream(), sha256());
    Iterable<ImportRow> rows = ImportBody.any(file, types);
    return new SentFile(
        rows,
        "all".equals(fields.get("mode")) ? Mode.ALL : Mode.ROW,
        fields.getOrDefault("checked", ""),
        HexFormat.of().formatHex(file.getMessageDigest().digest()));
  }

  private boolean matches(SentFile file, Caller caller) {
    try {
      return hash.matches(Base64.getUrlDecoder().decode(file.checked()), file.subject(caller));
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static String encoded(byte[] hash) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private void requirePermission(Caller caller) {
    if (!permissions.create(caller)) {
      throw new RequestRefusedException.Forbidden("hardware:create");
    }
  }
}
