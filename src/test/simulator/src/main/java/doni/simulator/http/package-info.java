/** What every simulated API is built on: routes, injectable faults and a log of calls. */
@NullMarked
package doni.simulator.http;

import org.jspecify.annotations.NullMarked;
