package doni.api.web;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of every error response. It has the text twice: clients of the original Doni read {@code
 * error}, and clients that use keystoneauth show the first title in {@code errors}.
 */
@Schema(
    name = "Error",
    description = "Why the request was not served.",
    requiredProperties = {"error", "errors"})
public record ErrorResponseBody(
    @Schema(
            description = "Message for humans. For an invalid request, it lists every violation.",
            example = "Hardware with name edge-01 already exists.")
        String error,
    @Schema(
            description =
                "One element with the same text, for clients that read the format of OpenStack.")
        List<ErrorDetail> errors) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /** The text in the format that the API guidelines of OpenStack recommend. */
  @Schema(
      name = "ErrorDetail",
      requiredProperties = {"status", "title"})
  record ErrorDetail(
      @Schema(description = "status of the response", example = "409") int status,
      @Schema(
              description = "the same text as error",
              example = "Hardware with name edge-01 already exists.")
          String title) {}

  static ErrorResponseBody of(int status, String text) {
    return new ErrorResponseBody(text, List.of(new ErrorDetail(status, text)));
  }

  /** Writes an error response without Spring, for a request that does not reach a controller. */
  public static void write(HttpServletResponse response, int status, String text)
      throws IOException {
    byte[] body = JSON.writeValueAsBytes(of(status, text));
    response.setStatus(status);
    response.setContentType(MediaType.APPLICATION_JSON_VALUE);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
