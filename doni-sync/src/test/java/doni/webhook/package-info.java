@NullMarked
package doni.webhook;

import org.jspecify.annotations.NullMarked;
