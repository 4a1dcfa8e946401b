package doni.openstack;

/** The site's OpenStack, with the service user's rights. */
public interface OpenStack {

  /**
   * Returns a service of the catalog. The first call of the service logs in. If no Keystone is
   * configured, the service holds for good and sends nothing.
   */
  OpenStackService service(ServiceProperties settings);

  /** Returns the look-up of Keystone's projects. */
  ProjectLookup projects();

  /**
   * Returns whether the service logs in with a password. Otherwise it uses an application
   * credential, whose tokens cannot create a trust, so a service that creates one for each request
   * (Blazar does on every POST) cannot be used. Also true if no Keystone is configured.
   */
  boolean passwordLogin();
}
