package doni.api.hardware;

import doni.api.body.BodyText;
import doni.api.body.JsonBody;
import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.api.web.RequestHeaders;
import doni.hardware.HardwareService;
import doni.hardware.HardwareService.Page;
import doni.hardware.HardwareView;
import doni.leftover.ForceDeleteService;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(path = PageLinks.HARDWARE, produces = MediaType.APPLICATION_JSON_VALUE)
public final class HardwareController implements HardwareApi {

  private static final int MAX_REF = 255;

  private final HardwareService intake;
  private final ForceDeleteService force;

  HardwareController(HardwareService intake, ForceDeleteService force) {
    this.intake = intake;
    this.force = force;
  }

  @Override
  @GetMapping
  public HardwarePageJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    Page page = intake.list(caller, ListParameters.read(request.getParameterMap()));
    return new HardwarePageJson(
        page.hardware().stream().map(HardwareJson::of).toList(),
        next(request, PageLinks.HARDWARE, page));
  }

  @Override
  @GetMapping("/export")
  public ExportPageJson export(HttpServletRequest request) {
    Page page = intake.export(ListParameters.read(request.getParameterMap()));
    return new ExportPageJson(
        page.hardware().stream().map(ExportedHardwareJson::of).toList(),
        next(request, PageLinks.EXPORT, page));
  }

  @Override
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  public HardwareJson create(
      @AuthenticationPrincipal Caller caller,
      @RequestBody JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    String key = RequestHeaders.idempotencyKey(request);
    HardwareView hardware = intake.create(caller, EnrollmentRequest.read(body), key);
    response.setHeader(
        HttpHeaders.LOCATION, PageLinks.to(request, PageLinks.HARDWARE + "/" + hardware.id()));
    return tagged(hardware, response);
  }

  @Override
  @GetMapping("/{ref}")
  public HardwareJson get(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletResponse response) {
    return tagged(intake.get(caller, checked(ref)), response);
  }

  @Override
  @PatchMapping(
      path = "/{ref}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/json-patch+json"})
  public HardwareJson patch(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestBody JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    var patch = PatchRequest.read(body);
    return tagged(
        RequestHeaders.atExpected(
            request, generation -> intake.patch(caller, checked(ref), patch, generation)),
        response);
  }

  @Override
  @DeleteMapping("/{ref}")
  public void delete(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    boolean forced = query.flag("force");
    query.check();
    RequestHeaders.atExpected(
        request,
        generation -> {
          if (forced) {
            force.delete(caller, checked(ref), generation);
          } else {
            intake.delete(caller, checked(ref), generation);
          }
          return ref;
        });
  }

  @Override
  @PostMapping("/{ref}/sync")
  public void sync(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    intake.sync(caller, checked(ref));
  }

  private static List<LinkJson> next(HttpServletRequest request, String path, Page page) {
    if (!page.more() || page.hardware().isEmpty()) {
      return List.of();
    }
    String marker = page.hardware().getLast().id().toString();
    String query = ListParameters.after(request.getParameterMap(), marker);
    return List.of(PageLinks.next(request, path, query));
  }

  /**
   * Set on the response itself: in a {@code ResponseEntity} it would make Spring answer 304 on its
   * own, but what workers report changes without the generation.
   */
  private static HardwareJson tagged(HardwareView hardware, HttpServletResponse response) {
    response.setHeader(HttpHeaders.ETAG, "\"" + hardware.generation() + "\"");
    return HardwareJson.of(hardware);
  }

  /** No device can have a name that is longer, or that does not fit on a line. */
  public static String checked(String ref) {
    if (ref.codePointCount(0, ref.length()) > MAX_REF || !BodyText.isLine(ref)) {
      throw RequestRefusedException.NotFound.hardware(BodyText.quote(ref));
    }
    return ref;
  }
}
