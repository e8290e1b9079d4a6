/**
 * A small Kubernetes API server: as much of one as proxies of nodes ask for, with objects that are
 * put and deleted by method calls, and with faults on demand. It feeds tests, and in benchmarks
 * Weft and kube-proxy alike.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/">API concepts</a>
 */
@NullMarked
package dev.weft.bench.apiserver;

import org.jspecify.annotations.NullMarked;
