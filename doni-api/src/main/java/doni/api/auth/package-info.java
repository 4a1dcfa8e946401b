/** Authentication: resolves a Keystone token to a {@link doni.policy.Caller}. */
@NullMarked
package doni.api.auth;

import org.jspecify.annotations.NullMarked;
