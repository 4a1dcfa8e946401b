package doni.api.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.web.server.ContentTooLargeException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;

/** Reads a {@link JsonBody} of at most 1 MiB. */
final class JsonBodyConverter extends AbstractHttpMessageConverter<JsonBody> {

  private static final int MAX_BYTES = 1024 * 1024;
  private static final List<MediaType> JSON =
      List.of(MediaType.APPLICATION_JSON, MediaType.valueOf("application/json-patch+json"));

  JsonBodyConverter() {
    super(MediaType.ALL);
  }

  /** Claims every media type, so that no lenient converter reads a body that is not JSON. */
  @Override
  protected boolean supports(Class<?> type) {
    return type == JsonBody.class;
  }

  @Override
  protected boolean canWrite(@Nullable MediaType mediaType) {
    return false;
  }

  @Override
  protected JsonBody readInternal(Class<? extends JsonBody> type, HttpInputMessage message)
      throws IOException {
    MediaType claimed = message.getHeaders().getContentType();
    if (claimed == null || !isJson(claimed)) {
      throw new UnsupportedMediaTypeStatusException(claimed, JSON);
    }
    if (message.getHeaders().getContentLength() > MAX_BYTES) {
      throw new ContentTooLargeException(null);
    }
    byte[] body = message.getBody().readNBytes(MAX_BYTES + 1);
    if (body.length > MAX_BYTES) {
      throw new ContentTooLargeException(null);
    }
    return new JsonBody(StrictJsonReader.read(body));
  }

  /** JSON is UTF-8 (RFC 8259, section 8.1); other charsets are refused. */
  private static boolean isJson(MediaType claimed) {
    return JSON.stream().anyMatch(claimed::equalsTypeAndSubtype)
        && (claimed.getCharset() == null || StandardCharsets.UTF_8.equals(claimed.getCharset()));
  }

  @Override
  protected void writeInternal(JsonBody body, HttpOutputMessage message) {
    throw new UnsupportedOperationException("JsonBody is read-only");
  }
}
