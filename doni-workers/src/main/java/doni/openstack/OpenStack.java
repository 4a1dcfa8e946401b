package doni.openstack;

/** The site's OpenStack, as the service user sees it. */
public interface OpenStack {

  /**
   * A service of the catalog. Nothing is asked of it or of Keystone before the first call. Where no
   * Keystone is configured it holds for good, and sends nothing.
   */
  OpenStackService service(ServiceProperties settings);

  ProjectLookup projects();

  /**
   * Whether we log in with a password; if not, with an application credential, whose tokens can
   * make no trust, so that a service which makes one in our name (Blazar does on every POST) cannot
   * be used. True also where no Keystone is configured, where nobody logs in at all.
   */
  boolean passwordLogin();
}
