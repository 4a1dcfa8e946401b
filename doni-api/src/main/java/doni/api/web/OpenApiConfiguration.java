package doni.api.web;

import doni.policy.Caller;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of the OpenAPI document that no controller declares. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

  private static final String TOKEN = "token";
  private static final String REQUEST_ID = "OpenStack-Request-Id";
  private static final List<String> ALWAYS = List.of("400", "500", "503");

  /** An error response with an example of its text. */
  private record ErrorResponse(String description, String example) {}

  private static final Map<String, ErrorResponse> REFUSALS =
      new TreeMap<>(
          Map.ofEntries(
              refusal(
                  "400",
                  "The request is invalid; the text lists every violation.",
                  "limit: must be a positive integer, not abc"),
              refusal(
                  "401",
                  "The token is missing or invalid.",
                  "The request you have made requires authentication"),
              refusal(
                  "403",
                  "The policy does not allow the request, or the project has as much as it may have.",
                  "hardware:get is disallowed by policy"),
              refusal(
                  "404",
                  "The device does not exist or was deleted.",
                  "Hardware edge-01 could not be found."),
              refusal(
                  "409",
                  "The request conflicts with the current state.",
                  "Hardware with name edge-01 already exists."),
              refusal(
                  "412",
                  "The device does not have a version of If-Match.",
                  "The device was changed meanwhile."),
              refusal(
                  "413",
                  "The body is larger than 1 MiB.",
                  "The body must not be larger than 1 MiB."),
              refusal(
                  "415",
                  "The body must be UTF-8 of an accepted media type.",
                  "The body must be UTF-8 of type application/json."),
              refusal(
                  "429",
                  "The caller's project has as many requests or imports in progress as it may have;"
                      + " Retry-After says when to retry.",
                  "Your project has 16 requests in progress, as many as it may have. Try again"
                      + " later."),
              refusal(
                  "500",
                  "Internal error; the service log has the details under the request ID.",
                  "Internal error; the service log has the details. Request: req-UUID"),
              refusal(
                  "503",
                  "The database or Keystone is unavailable; Retry-After says when to retry.",
                  "The database is unavailable. Try again later.")));

  static {
    SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
  }

  private static Map.Entry<String, ErrorResponse> refusal(
      String status, String text, String example) {
    return Map.entry(status, new ErrorResponse(text, example));
  }

  @Bean
  OpenAPI description() {
    return new OpenAPI()
        .info(
            new Info()
                .title("OpenStack Doni API")
                .version("1.0")
                .description(
                    "Enrollment of hardware of an edge site. A trailing slash in a path is ignored. Times"
                        + " are UTC, YYYY-MM-DDTHH:MM:SS+00:00. Before an operation is chosen, a"
                        + " request may get 405 (Allow names the methods of the path), 406 (Accept"
                        + " excludes JSON), 408 (it arrives too slowly), 414 (path and query are too"
                        + " long) or 431 (headers of more than 16 KiB), each with an Error.")
                .license(new License().name("Apache-2.0").identifier("Apache-2.0")))
        .servers(List.of(new Server().url("/").description("the server of this document")))
        .tags(
            List.of(
                new Tag().name("service").description("Version and health"),
                new Tag().name("hardware").description("Hardware and its enrollment"),
                new Tag().name("events").description("Events of all devices"),
                new Tag().name("sync").description("Resync runs"),
                new Tag().name("hardware types").description("Hardware types of this site")))
        .components(components())
        .addSecurityItem(new SecurityRequirement().addList(TOKEN));
  }

  private static Components components() {
    Components components =
        new Components()
            .addSecuritySchemes(
                TOKEN,
                new SecurityScheme()
                    .type(SecurityScheme.Type.APIKEY)
                    .in(SecurityScheme.In.HEADER)
                    .name("X-Auth-Token")
                    .description("A Keystone token, scoped to a project."))
            .addHeaders(
                REQUEST_ID, text("ID of the request in the service log.").example("req-UUID"));
    ModelConverters.getInstance(true)
        .readAll(ErrorResponseBody.class)
        .forEach(components::addSchemas);
    REFUSALS.forEach(
        (status, refusal) -> components.addResponses(status, response(status, refusal)));
    return components;
  }

  private static ApiResponse response(String status, ErrorResponse refusal) {
    Schema<?> error = new Schema<>().$ref("#/components/schemas/Error");
    MediaType json =
        new MediaType()
            .schema(error)
            .example(ErrorResponseBody.of(Integer.parseInt(status), refusal.example()));
    ApiResponse response =
        new ApiResponse()
            .description(refusal.description())
            .content(new Content().addMediaType("application/json", json))
            .addHeaderObject(REQUEST_ID, requestId());
    return switch (status) {
      case "401" -> response.addHeaderObject("WWW-Authenticate", text("where to get a token"));
      case "429", "503" ->
          response.addHeaderObject("Retry-After", text("seconds to wait before a retry"));
      default -> response;
    };
  }

  private static Header text(String description) {
    return new Header().description(description).schema(new StringSchema());
  }

  private static Header requestId() {
    return new Header().$ref("#/components/headers/" + REQUEST_ID);
  }

  /** Adds the values that exist to filters that accept no others. */
  @Bean
  OperationCustomizer filterValues() {
    return (operation, handler) -> {
      if (operation.getParameters() != null) {
        operation.getParameters().stream()
            .filter(parameter -> "query".equals(parameter.getIn()))
            .filter(parameter -> FilterValues.BY_PARAMETER.containsKey(parameter.getName()))
            .forEach(parameter -> addValues(parameter.getSchema(), parameter.getName()));
      }
      return operation;
    };
  }

  @SuppressWarnings("unchecked")
  private static void addValues(Schema<?> schema, String parameter) {
    ((Schema<String>) schema).setEnum(FilterValues.BY_PARAMETER.get(parameter));
  }

  /** Adds the request ID and the declared error responses to every operation. */
  @Bean
  OperationCustomizer refusals() {
    return (operation, handler) -> {
      operation.getResponses().values().forEach(r -> r.addHeaderObject(REQUEST_ID, requestId()));
      ErrorStatuses declared = handler.getMethodAnnotation(ErrorStatuses.class);
      if (declared != null) {
        List.of(declared.value()).forEach(status -> refuse(operation, status));
      }
      boolean isPublic = operation.getSecurity() != null && operation.getSecurity().isEmpty();
      if (!isPublic) {
        refuse(operation, "401");
        refuse(operation, "429");
      }
      ALWAYS.forEach(status -> refuse(operation, status));
      return operation;
    };
  }

  private static void refuse(Operation operation, String status) {
    operation
        .getResponses()
        .addApiResponse(status, new ApiResponse().$ref("#/components/responses/" + status));
  }
}
