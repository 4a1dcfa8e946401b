package doni.api.auth;

import org.openstack4j.api.identity.EndpointURLResolver;
import org.openstack4j.model.identity.URLResolverParams;

/** Keystone is asked where it is configured to be, whatever its catalog says to others. */
record SingleEndpoint(String url) implements EndpointURLResolver {

  @Override
  public String findURLV2(URLResolverParams params) {
    return url;
  }

  @Override
  public String findURLV3(URLResolverParams params) {
    return url;
  }
}
