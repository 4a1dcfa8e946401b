@NullMarked
package doni.command;

import org.jspecify.annotations.NullMarked;
