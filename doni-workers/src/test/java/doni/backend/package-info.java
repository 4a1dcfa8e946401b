@NullMarked
package doni.backend;

import org.jspecify.annotations.NullMarked;
