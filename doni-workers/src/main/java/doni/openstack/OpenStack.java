package doni.openstack;

/** The site's OpenStack, as the service user sees it. */
public interface OpenStack {

  /**
   * A service of the catalog. Nothing is asked of it or of Keystone before the first call.
   *
   * @throws IllegalArgumentException when no Keystone is configured
   */
  OpenStackService service(ServiceSettings settings);

  Projects projects();
}
