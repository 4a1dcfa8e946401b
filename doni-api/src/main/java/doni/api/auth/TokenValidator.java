package doni.api.auth;

import doni.device.Secret;

/** Says whom a token stands for. */
@FunctionalInterface
interface TokenValidator {

  Verdict validate(Secret token);
}
