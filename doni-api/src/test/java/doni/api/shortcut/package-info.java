@NullMarked
package doni.api.shortcut;

import org.jspecify.annotations.NullMarked;
