package doni.worker;

/** Names that more than one package reads or writes. */
public final class SharedNames {

  /** Property: the mail address of the person who looks after a device. */
  public static final String CONTACT_EMAIL = "contact_email";

  /** Property: the token with which a device joins the cluster. */
  public static final String BOOTSTRAP_TOKEN = "k8s_bootstrap_token";

  /** Property: whether a device's containers may reach its local network. */
  public static final String LOCAL_EGRESS = "local_egress";

  /** Property: the peripherals that a device offers. */
  public static final String DEVICE_PROFILES = "device_profiles";

  /** Property: the address of a host's management controller. */
  public static final String MANAGEMENT_ADDRESS = "management_address";

  /** Property: the CPU architecture of a host. */
  public static final String CPU_ARCH = "cpu_arch";

  /** Property: the network interfaces of a host. */
  public static final String INTERFACES = "interfaces";

  /** Type of the worker that joins devices to the cluster. */
  public static final String K8S = "k8s";

  /** Detail of the k8s worker: the name of the Node that it looked for. */
  public static final String NODE_NAME = "node_name";

  /** Detail of the k8s worker: the uid of the Node of that name; absent where there is none. */
  public static final String NODE_UID = "node_uid";

  /** Detail of the k8s worker: the generation of the enrollment for which it looked. */
  public static final String NODE_GENERATION = "node_generation";

  /** Detail of the k8s worker: Nodes that the device has under former names, by their name. */
  public static final String FORMER_NODES = "former_nodes";

  /** Type of the worker that keeps hosts in Ironic. */
  public static final String IRONIC = "ironic";

  /** Detail of the ironic worker: the state of a host's node, as soon as there is one. */
  public static final String PROVISION_STATE = "provision_state";

  /** Type of the worker that makes devices reservable in Blazar. */
  public static final String BLAZAR_DEVICE = "blazar.device";

  /** Type of the worker that makes bare-metal hosts reservable in Blazar. */
  public static final String BLAZAR_HOST = "blazar.physical_host";

  /** Detail of the Blazar workers: the id of the device's resource. */
  public static final String BLAZAR_RESOURCE_ID = "blazar_resource_id";

  /**
   * Detail of the Blazar workers: the current and future leases of users that reserve the device,
   * as objects with {@link #LEASE_ID}, {@link #LEASE_START}, {@link #LEASE_END} and {@link
   * #LEASE_STATUS}; the first ones by their start.
   */
  public static final String USER_LEASES = "user_leases";

  /** Of a user's lease: its id in Blazar. */
  public static final String LEASE_ID = "lease_id";

  /** Of a user's lease: its start, to the minute. */
  public static final String LEASE_START = "start";

  /** Of a user's lease: its end, to the minute. */
  public static final String LEASE_END = "end";

  /** Of a user's lease: {@code pending}, {@code active}, {@code changing} or {@code error}. */
  public static final String LEASE_STATUS = "status";

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

  /** Property: the secret of the application credential with which a device calls the site. */
  public static final String CREDENTIAL_SECRET = "application_credential_secret";

  /** Detail of the balena worker: the id of the device in Balena. */
  public static final String BALENA_DEVICE_ID = "device_id";

  /**
   * Detail of the balena worker: since when the machine has a key that Balena no longer accepts, so
   * that its owner must bake it again.
   */
  public static final String NEEDS_BAKE = "needs_bake";

  /** Secret detail of the balena worker: the API key of the device in Balena. */
  public static final String BALENA_DEVICE_KEY = "device_api_key";

  private SharedNames() {}
}
