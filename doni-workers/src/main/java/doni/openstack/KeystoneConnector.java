package doni.openstack;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.enrollment.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openstack4j.api.identity.EndpointURLResolver;
import org.openstack4j.core.transport.ClientConstants;
import org.openstack4j.core.transport.ExecutionOptions;
import org.openstack4j.core.transport.HttpEntityHandler;
import org.openstack4j.core.transport.HttpExecutorService;
import org.openstack4j.core.transport.HttpRequest;
import org.openstack4j.core.transport.HttpResponse;
import org.openstack4j.core.transport.ObjectMapperSingleton;
import org.openstack4j.model.identity.URLResolverParams;
import org.openstack4j.openstack.identity.v3.domain.KeystoneToken;

/**
 * Carries openstack4j's calls over the HTTP client that all other services use; openstack4j finds
 * it as a {@code ServiceLoader} provider.
 *
 * <p>openstack4j's own connectors follow redirects with the token, open a connection for each call,
 * drop Keystone's error message, and log in on their own after 401.
 *
 * <p>A success, and 404 to a read, is returned to openstack4j. Every other answer, and no answer,
 * is a {@link BackendException}.
 */
public final class KeystoneConnector implements HttpExecutorService {

  /** openstack4j's mappers, by the original, with {@link OptionalUrl}. */
  private static final Map<ObjectMapper, ObjectMapper> MAPPERS = new ConcurrentHashMap<>();

  /**
   * The way to one Keystone. It travels in openstack4j's {@code Config} as the resolver of
   * endpoints: Keystone is called where it is configured, not where its catalog says.
   *
   * @param root ends in {@code /v3}
   */
  record Route(String root, ServiceExchange exchange, BackendGuard guard)
      implements EndpointURLResolver {

    @Override
    public String findURLV2(URLResolverParams params) {
      return root;
    }

    @Override
    public String findURLV3(URLResolverParams params) {
      return root;
    }

    private KeystoneAnswer send(ServiceRequest request, Optional<Secret> token) {
      ServiceExchange.Result result =
          guard.call(request.method(), () -> exchange.send(root, request, token));
      ServiceResponse response = result.answer();
      if (!response.isSuccess() && (response.status() != 404 || request.isWrite())) {
        throw response.refused();
      }
      return new KeystoneAnswer(response, result.headers());
    }
  }

  @Override
  public String getExecutorDisplayName() {
    return "Doni";
  }

  @Override
  public <R> HttpResponse execute(HttpRequest<R> request) {
    if (!(request.getConfig().getEndpointURLResolver() instanceof Route route)) {
      throw new IllegalStateException("openstack4j is used without a route to Keystone");
    }
    Map<String, String> headers = new HashMap<>();
    request.getHeaders().forEach((name, value) -> headers.put(name, String.valueOf(value)));
    Optional<Secret> token =
        Optional.ofNullable(headers.remove(ClientConstants.HEADER_X_AUTH_TOKEN)).map(Secret::new);
    String path = request.getUrl().substring(route.root().length());
    return route.send(
        new ServiceRequest(request.getMethod().name(), path, body(request), headers), token);
  }

  private static @Nullable Object body(HttpRequest<?> request) {
    if (request.getEntity() == null) {
      return null;
    }
    try {
      ObjectMapper mapper = ObjectMapperSingleton.getContext(request.getEntity().getClass());
      return MaskedJson.MAPPER.readTree(mapper.writeValueAsString(request.getEntity()));
    } catch (JsonProcessingException _) {
      // Without the cause, whose message may quote the credentials.
      throw new IllegalStateException("openstack4j wrote no JSON");
    }
  }

  private static ObjectMapper mapper(Class<?> type) {
    return MAPPERS.computeIfAbsent(
        ObjectMapperSingleton.getContext(type),
        original ->
            original
                .copy()
                .registerModule(new SimpleModule().addDeserializer(URL.class, new OptionalUrl())));
  }

  /** A catalog may hold an entry that is not a URL: it is left out, and the token still counts. */
  private static final class OptionalUrl extends StdDeserializer<URL> {

    private static final long serialVersionUID = 1L;

    OptionalUrl() {
      super(URL.class);
    }

    @Override
    public @Nullable URL deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      try {
        return URI.create(parser.getValueAsString("")).toURL();
      } catch (IllegalArgumentException | MalformedURLException _) {
        return null;
      }
    }
  }

  /** What openstack4j reads of an answer. */
  private record KeystoneAnswer(ServiceResponse response, okhttp3.Headers fields)
      implements HttpResponse {

    @Override
    public <T> T getEntity(Class<T> type) {
      return getEntity(type, null);
    }

    @Override
    public <T> T getEntity(Class<T> type, @Nullable ExecutionOptions<T> options) {
      return HttpEntityHandler.handle(this, type, options, true);
    }

    @Override
    public <T> T readEntity(Class<T> type) {
      try {
        return mapper(type).readValue(response.body().toString(), described(type));
      } catch (JsonProcessingException _) {
        // Without the cause, whose message may quote a token's content.
        throw BackendException.answered(
            response.service(),
            response.status(),
            "the response to %s is not a %s".formatted(response.request(), type.getSimpleName()),
            response.request().isWrite(),
            null);
      }
    }

    private static <T> Class<? extends T> described(Class<T> type) {
      return type == KeystoneToken.class ? DescribedToken.class.asSubclass(type) : type;
    }

    @Override
    public int getStatus() {
      return response.status();
    }

    @Override
    public String getContentType() {
      return ClientConstants.CONTENT_TYPE_JSON;
    }

    @Override
    public String getStatusMessage() {
      return response.message();
    }

    @Override
    public InputStream getInputStream() {
      return new ByteArrayInputStream(response.body().toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public @Nullable String header(String name) {
      return fields.get(name);
    }

    @Override
    public Map<String, String> headers() {
      return fields.names().stream()
          .collect(Collectors.toMap(name -> name, name -> String.join(", ", fields.values(name))));
    }

    @Override
    public void close() {
      // The answer is in memory.
    }
  }
}
