package dev.weft.bench.apiserver;

import dev.weft.bench.apiserver.Store.Snapshot;
import dev.weft.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * One connection. Whatever form a client would like best, it gets JSON: those that ask for protobuf
 * take JSON too.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel is closed
final class ApiConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String EVENT =
      "{\"kind\":\"Event\",\"apiVersion\":\"events.k8s.io/v1\",\"metadata\":{}}\n";

  private final ApiServer server;
  private final Store store;

  ApiConnection(ApiServer server, Store store) {
    this.server = server;
    this.store = store;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
    Channel channel = context.channel();
    ApiRequest request = ApiRequest.of(message.method().name(), message.uri());
    Optional<Fault> fault = server.received(request);
    if (fault.isPresent()) {
      fail(channel, fault.get());
    } else if (request.kind().isEmpty() && request.verb().equals("POST")) {
      // Somebody tells an event, in whatever form: it is read by nobody.
      answer(channel, 201, ByteBufUtil.writeAscii(channel.alloc(), EVENT), OptionalInt.empty());
    } else if (request.kind().isEmpty()) {
      refuse(channel, 404, "the server has no " + request.path());
    } else {
      serve(channel, request, request.kind().get());
    }
  }

  private void serve(Channel channel, ApiRequest request, ApiKind kind) {
    switch (request.verb()) {
      case "get" ->
          store
              .get(kind, request.namespace(), request.name())
              .ifPresentOrElse(
                  stored ->
                      answer(
                          channel,
                          200,
                          ApiText.object(channel.alloc(), stored),
                          OptionalInt.empty()),
                  () -> refuse(channel, 404, kind.plural() + " has no " + request.name()));
      case "list" -> list(channel, request, kind);
      case "watch" -> watch(channel, request, kind);
      default -> refuse(channel, 405, request.method() + " is not served");
    }
  }

  /** What is asked of version 0 comes as a whole, as from the cache of a real one. */
  private void list(Channel channel, ApiRequest request, ApiKind kind) {
    long limit =
        request.query().getOrDefault("resourceVersion", "").equals("0")
            ? 0
            : request.number("limit");
    String token = request.query().getOrDefault("continue", "");
    if (token.isEmpty() && request.number("resourceVersion") > store.version()) {
      refuse(channel, 504, "Too large resource version");
      return;
    }
    Optional<Pages.Rest> rest =
        token.isEmpty()
            ? Optional.of(new Pages.Rest(store.list(kind, Selector.of(request)), 0))
            : server.pages().take(token);
    if (rest.isEmpty()) {
      refuse(channel, 410, "The provided continue parameter is too old");
      return;
    }
    Snapshot snapshot = rest.get().snapshot();
    int from = rest.get().from();
    int size = snapshot.objects().size();
    int to = limit > 0 ? (int) Math.min(from + limit, size) : size;
    String more = to < size ? server.pages().keep(new Pages.Rest(snapshot, to)) : "";
    List<Stored> items = snapshot.objects().subList(from, to);
    answer(
        channel,
        200,
        ApiText.list(channel.alloc(), kind, snapshot.version(), items, more, size - to),
        OptionalInt.empty());
  }

  private void watch(Channel channel, ApiRequest request, ApiKind kind) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
    HttpUtil.setTransferEncodingChunked(head, true);
    channel.writeAndFlush(head);
    OpenWatch watch =
        new OpenWatch(channel, kind, Selector.of(request), request.isSet("allowWatchBookmarks"));
    boolean initial = request.isSet("sendInitialEvents");
    long from = initial ? 0 : request.number("resourceVersion");
    if (!store.watch(kind, from, initial, watch)) {
      watch.fail(new Fault.Refusal(410, OptionalInt.empty()));
      return;
    }
    channel.closeFuture().addListener(_ -> store.leave(kind, watch));
    long seconds = request.number("timeoutSeconds");
    if (seconds > 0) {
      Runnable end =
          () -> {
            store.leave(kind, watch);
            watch.end();
          };
      channel.eventLoop().schedule(end, seconds, TimeUnit.SECONDS);
    }
  }

  private static void fail(Channel channel, Fault fault) {
    switch (fault) {
      case Fault.Refusal(int code, OptionalInt retryAfter) ->
          answer(
              channel,
              code,
              ByteBufUtil.writeUtf8(
                  channel.alloc(), JsonText.write(ApiText.status(code, "as it was told to"))),
              retryAfter);
      case Fault.Garbage(String text) ->
          answer(channel, 200, ByteBufUtil.writeUtf8(channel.alloc(), text), OptionalInt.empty());
      case Fault.Silence() -> {}
      case Fault.Hangup() -> channel.close();
    }
  }

  private static void refuse(Channel channel, int code, String message) {
    answer(
        channel,
        code,
        ByteBufUtil.writeUtf8(channel.alloc(), JsonText.write(ApiText.status(code, message))),
        OptionalInt.empty());
  }

  private static void answer(Channel channel, int code, ByteBuf body, OptionalInt retryAfter) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    retryAfter.ifPresent(
        seconds -> response.headers().setInt(HttpHeaderNames.RETRY_AFTER, seconds));
    channel.writeAndFlush(response);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    context.close();
  }
}
