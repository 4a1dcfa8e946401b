/** Tests of the published description. */
@NullMarked
package doni.api.docs;

import org.jspecify.annotations.NullMarked;
