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

  /** Property and detail of the Tunelo worker: a device's channels, by name. */
  public static final String CHANNELS = "channels";

  /** The channel through which a device's containers are reached. */
  public static final String USER_CHANNEL = "user";

  /** The channel through which the device itself is managed. */
  public static final String MANAGEMENT_CHANNEL = "mgmt";

  /** Of a channel: its kind. */
  public static final String CHANNEL_TYPE = "channel_type";

  /** Of a channel: the device's WireGuard key. */
  public static final String PUBLIC_KEY = "public_key";

  private SharedNames() {}
}
