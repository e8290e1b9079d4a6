package dev.weft.pages;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One connection over HTTP: one request, by GET or HEAD, and one page. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed channel is closed
final class PageHandler extends SimpleChannelInboundHandler<HttpObject> {
  private static final Logger LOG = Logger.getLogger(PageHandler.class.getName());

  /** How long a connection may last, in seconds, whatever it says or does not. */
  private static final int PATIENCE_SECONDS = 10;

  private final SequencedMap<String, Supplier<Page>> pages;
  private boolean answered;

  PageHandler(SequencedMap<String, Supplier<Page>> pages) {
    this.pages = pages;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    var end =
        context.executor().schedule(() -> context.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
    context.channel().closeFuture().addListener(_ -> end.cancel(false));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    if (!answered && message instanceof HttpRequest request) {
      answered = true;
      context.writeAndFlush(response(page(request))).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private Page page(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return switch (request.decoderResult().cause()) {
        case TooLongHttpLineException _ -> refusal(HttpResponseStatus.REQUEST_URI_TOO_LONG);
        case TooLongHttpHeaderException _ ->
            refusal(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE);
        default -> refusal(HttpResponseStatus.BAD_REQUEST);
      };
    }
    int query = request.uri().indexOf('?');
    String path = query < 0 ? request.uri() : request.uri().substring(0, query);
    Supplier<Page> page =
        pages.containsKey(path) ? pages.get(path) : pages.get(PageSocket.ANY_PATH);
    if (page == null) {
      return Page.line(
          HttpResponseStatus.NOT_FOUND, "here are " + String.join(", ", pages.keySet()));
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      return refusal(HttpResponseStatus.METHOD_NOT_ALLOWED);
    }
    try {
      return page.get();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a page could not be made", e);
      return refusal(HttpResponseStatus.INTERNAL_SERVER_ERROR);
    }
  }

  private static Page refusal(HttpResponseStatus status) {
    return Page.line(status, status.reasonPhrase());
  }

  private static FullHttpResponse response(Page page) {
    ByteBuf body = Unpooled.wrappedBuffer(page.text().getBytes(StandardCharsets.UTF_8));
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, page.status(), body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, page.contentType())
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    page.headers().forEach(response.headers()::set);
    if (page.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    }
    return response;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.log(Level.FINE, "a connection for a page failed", failure);
    context.close();
  }
}
