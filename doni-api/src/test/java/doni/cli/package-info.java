@NullMarked
package doni.cli;

import org.jspecify.annotations.NullMarked;
