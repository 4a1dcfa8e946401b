@NullMarked
package doni.availability;

import org.jspecify.annotations.NullMarked;
