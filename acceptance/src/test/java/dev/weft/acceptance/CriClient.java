package dev.weft.acceptance;

import com.google.protobuf.Message;
import dev.weft.acceptance.cri.ContainerConfig;
import dev.weft.acceptance.cri.ContainerMetadata;
import dev.weft.acceptance.cri.CreateContainerRequest;
import dev.weft.acceptance.cri.CreateContainerResponse;
import dev.weft.acceptance.cri.ExecSyncRequest;
import dev.weft.acceptance.cri.ExecSyncResponse;
import dev.weft.acceptance.cri.ImageSpec;
import dev.weft.acceptance.cri.PodIP;
import dev.weft.acceptance.cri.PodSandboxConfig;
import dev.weft.acceptance.cri.PodSandboxMetadata;
import dev.weft.acceptance.cri.PodSandboxNetworkStatus;
import dev.weft.acceptance.cri.PodSandboxStatusRequest;
import dev.weft.acceptance.cri.PodSandboxStatusResponse;
import dev.weft.acceptance.cri.RemovePodSandboxRequest;
import dev.weft.acceptance.cri.RemovePodSandboxResponse;
import dev.weft.acceptance.cri.RunPodSandboxRequest;
import dev.weft.acceptance.cri.RunPodSandboxResponse;
import dev.weft.acceptance.cri.StartContainerRequest;
import dev.weft.acceptance.cri.StartContainerResponse;
import dev.weft.acceptance.cri.StopPodSandboxRequest;
import dev.weft.acceptance.cri.StopPodSandboxResponse;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Drives a runtime through the Kubernetes container runtime interface, as the kubelet does. */
final class CriClient implements AutoCloseable {
  private final ManagedChannel channel;

  CriClient(Path socket) {
    channel =
        Grpc.newChannelBuilder("unix://" + socket, InsecureChannelCredentials.create()).build();
  }

  /** A pod with one container that sleeps; its addresses, the first of which is the pod's main. */
  record Pod(String sandbox, String container, List<String> addresses) {
    Pod {
      addresses = List.copyOf(addresses);
    }
  }

  /** What a command in a container came to. */
  record ExecResult(int exitCode, String stdout, String stderr) {}

  Pod runPod(String name) {
    PodSandboxConfig config =
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder()
                    .setName(name)
                    .setUid(name + "-uid")
                    .setNamespace("default"))
            .setHostname(name)
            .setLogDirectory("/run/lab/pods")
            .build();
    String sandbox =
        call(
                "RunPodSandbox",
                RunPodSandboxRequest.newBuilder().setConfig(config).build(),
                RunPodSandboxResponse.getDefaultInstance())
            .getPodSandboxId();
    String container =
        call(
                "CreateContainer",
                CreateContainerRequest.newBuilder()
                    .setPodSandboxId(sandbox)
                    .setConfig(
                        ContainerConfig.newBuilder()
                            .setMetadata(ContainerMetadata.newBuilder().setName("main"))
                            .setImage(ImageSpec.newBuilder().setImage(Lab.IMAGE))
                            .addCommand("sleep")
                            .addCommand("infinity"))
                    .setSandboxConfig(config)
                    .build(),
                CreateContainerResponse.getDefaultInstance())
            .getContainerId();
    call(
        "StartContainer",
        StartContainerRequest.newBuilder().setContainerId(container).build(),
        StartContainerResponse.getDefaultInstance());
    return new Pod(sandbox, container, addresses(sandbox));
  }

  private List<String> addresses(String sandbox) {
    PodSandboxNetworkStatus network =
        call(
                "PodSandboxStatus",
                PodSandboxStatusRequest.newBuilder().setPodSandboxId(sandbox).build(),
                PodSandboxStatusResponse.getDefaultInstance())
            .getStatus()
            .getNetwork();
    List<String> addresses = new ArrayList<>(List.of(network.getIp()));
    for (PodIP additional : network.getAdditionalIpsList()) {
      addresses.add(additional.getIp());
    }
    return addresses;
  }

  ExecResult exec(Pod pod, String... command) {
    ExecSyncResponse response =
        call(
            "ExecSync",
            ExecSyncRequest.newBuilder()
                .setContainerId(pod.container())
                .addAllCmd(List.of(command))
                .setTimeout(20)
                .build(),
            ExecSyncResponse.getDefaultInstance());
    return new ExecResult(
        response.getExitCode(),
        response.getStdout().toStringUtf8(),
        response.getStderr().toStringUtf8());
  }

  void stop(Pod pod) {
    call(
        "StopPodSandbox",
        StopPodSandboxRequest.newBuilder().setPodSandboxId(pod.sandbox()).build(),
        StopPodSandboxResponse.getDefaultInstance());
  }

  void remove(Pod pod) {
    call(
        "RemovePodSandbox",
        RemovePodSandboxRequest.newBuilder().setPodSandboxId(pod.sandbox()).build(),
        RemovePodSandboxResponse.getDefaultInstance());
  }

  private <Q extends Message, R extends Message> R call(String method, Q request, R response) {
    @SuppressWarnings("unchecked") // A message's default instance is of the message's own type.
    Q requestType = (Q) request.getDefaultInstanceForType();
    MethodDescriptor<Q, R> descriptor =
        MethodDescriptor.<Q, R>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("runtime.v1.RuntimeService/" + method)
            .setRequestMarshaller(ProtoUtils.marshaller(requestType))
            .setResponseMarshaller(ProtoUtils.marshaller(response))
            .build();
    return ClientCalls.blockingUnaryCall(
        channel, descriptor, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), request);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
