package doni.worker;

/** Names that more than one package reads or writes. */
public final class SharedNames {

  /** Property: the token with which a device joins the cluster. */
  public static final String BOOTSTRAP_TOKEN = "k8s_bootstrap_token";

  /** Property: whether a device's containers may reach its local network. */
  public static final String LOCAL_EGRESS = "local_egress";

  /** Type of the worker that makes devices reservable in Blazar. */
  public static final String BLAZAR_DEVICE = "blazar.device";

  /** Detail of the Blazar workers: the id of the device's resource. */
  public static final String BLAZAR_RESOURCE_ID = "blazar_resource_id";

  private SharedNames() {}
}
