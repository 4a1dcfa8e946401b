/** What the tests of more than one module need. */
@NullMarked
package doni.testing;

import org.jspecify.annotations.NullMarked;
