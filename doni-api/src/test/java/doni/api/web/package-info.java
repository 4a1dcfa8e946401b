/** Tests of the parts that all REST resources share. */
@NullMarked
package doni.api.web;

import org.jspecify.annotations.NullMarked;
