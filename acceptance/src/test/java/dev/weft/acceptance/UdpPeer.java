package dev.weft.acceptance;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * One side of a conversation by UDP, as a program of its own, so that it can be in another network
 * namespace.
 */
final class UdpPeer {
  private static final int PATIENCE_MILLIS = 100;

  private static final int PAUSE_MILLIS = 50;

  private UdpPeer() {}

  /**
   * {@code serve ADDRESS PORT NAME} answers with its name for as long as it runs; {@code ask
   * OWN_PORT ADDRESS PORT TRIES NAME…} asks until one of these answers, or nobody does so often,
   * and prints who answered last.
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals("serve")) {
      serve(
          new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])), bytes(arguments[3]));
    } else {
      System.out.print(ask(arguments));
    }
  }

  private static void serve(InetSocketAddress address, byte[] name) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(address)) {
      System.out.println("ready");
      while (true) {
        DatagramPacket question = new DatagramPacket(new byte[64], 64);
        socket.receive(question);
        socket.send(new DatagramPacket(name, name.length, question.getSocketAddress()));
      }
    }
  }

  private static String ask(String[] arguments) throws IOException {
    InetAddress address = InetAddress.ofLiteral(arguments[2]);
    int port = Integer.parseInt(arguments[3]);
    int tries = Integer.parseInt(arguments[4]);
    String last = "nobody";
    try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(arguments[1]))) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (int i = 0; i < tries; i++) {
        last = once(socket, new InetSocketAddress(address, port));
        for (int j = 5; j < arguments.length; j++) {
          if (last.equals(arguments[j])) {
            return last;
          }
        }
        pause();
      }
    }
    return last;
  }

  private static String once(DatagramSocket socket, InetSocketAddress to) throws IOException {
    try {
      socket.send(new DatagramPacket(new byte[1], 1, to));
      DatagramPacket answer = new DatagramPacket(new byte[64], 64);
      socket.receive(answer);
      return new String(
          answer.getData(), answer.getOffset(), answer.getLength(), StandardCharsets.UTF_8);
    } catch (SocketTimeoutException e) {
      return "nobody";
    } catch (IOException e) {
      return "nobody"; // the kernel refused at once: a drop on the way out, no route
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
