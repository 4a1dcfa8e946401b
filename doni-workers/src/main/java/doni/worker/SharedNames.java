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

  /** Property: the secret of the application credential with which a device calls the site. */
  public static final String CREDENTIAL_SECRET = "application_credential_secret";

  /** Detail of the balena worker: the id of the device in Balena. */
  public static final String BALENA_DEVICE_ID = "device_id";

  /** Secret detail of the balena worker: the API key of the device in Balena. */
  public static final String BALENA_DEVICE_KEY = "device_api_key";

  private SharedNames() {}
}
