package doni.api.auth;

import doni.enrollment.Secret;

/** Says whom a token stands for. */
@FunctionalInterface
interface TokenValidator {

  TokenValidation validate(Secret token);
}
