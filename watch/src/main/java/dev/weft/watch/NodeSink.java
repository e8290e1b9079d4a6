package dev.weft.watch;

import dev.weft.json.Json;
import java.util.Optional;
import java.util.function.Consumer;

/** Hands on what changes of a node. What is known of it stands while its server is away. */
final class NodeSink implements ListWatch.Sink {
  private final Consumer<ClusterNode> listener;
  private Optional<ClusterNode> told = Optional.empty();

  NodeSink(Consumer<ClusterNode> listener) {
    this.listener = listener;
  }

  @Override
  public ListWatch.Listing listing() {
    return new ListWatch.Listing() {
      private Optional<Json.Obj> listed = Optional.empty();

      @Override
      public void add(Json.Obj object) {
        listed = Optional.of(object);
      }

      @Override
      public void end() {
        listed.ifPresentOrElse(NodeSink.this::put, NodeSink.this::left);
      }
    };
  }

  @Override
  public void put(Json.Obj object) {
    tell(ClusterNode.of(object));
  }

  @Override
  public void gone(Json.Obj object) {
    left();
  }

  /** One that never was there may come yet. */
  private void left() {
    told.ifPresent(node -> tell(new ClusterNode(node.zone(), true)));
  }

  private void tell(ClusterNode node) {
    if (!told.equals(Optional.of(node))) {
      told = Optional.of(node);
      listener.accept(node);
    }
  }

  @Override
  public void lost(String reason) {
    // Of the objects, whose server is the same, it is told.
  }

  @Override
  public void found() {
    // likewise
  }
}
