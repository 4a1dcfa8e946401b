@NullMarked
package doni.database;

import org.jspecify.annotations.NullMarked;
