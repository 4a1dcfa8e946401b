package doni.api.leftover;

import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.leftover.ForceDeleteService;
import doni.leftover.Leftover;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
final class LeftoversController implements LeftoversApi {

  private static final int DEFAULT_LEFTOVERS = 100;
  private static final int MAX_LEFTOVERS = 1_000;

  private final ForceDeleteService force;

  LeftoversController(ForceDeleteService force) {
    this.force = force;
  }

  @Override
  @GetMapping(path = PageLinks.LEFTOVERS, produces = MediaType.APPLICATION_JSON_VALUE)
  public LeftoversJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_LEFTOVERS, MAX_LEFTOVERS);
    long after = query.positive("after", 0, Long.MAX_VALUE);
    query.check();
    List<Leftover> leftovers = force.leftovers(caller, limit, after);
    return LeftoversJson.of(leftovers, next(request, limit, leftovers));
  }

  @Override
  @DeleteMapping(path = PageLinks.LEFTOVERS + "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.NO_CONTENT)
  public void dismiss(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
    force.dismiss(caller, number(id));
  }

  private static long number(String id) {
    if (!id.matches("[1-9]\\d{0,17}")) {
      throw new RequestRefusedException.Invalid("id: must be a whole number of 1 or more");
    }
    return Long.parseLong(id);
  }

  /** A page that is exactly full may be the last one; its next page is empty then. */
  private static List<LinkJson> next(
      HttpServletRequest request, int limit, List<Leftover> leftovers) {
    return leftovers.size() < limit
        ? List.of()
        : List.of(
            PageLinks.next(
                request,
                PageLinks.LEFTOVERS,
                "limit=%d&after=%d".formatted(limit, leftovers.getLast().id())));
  }
}
