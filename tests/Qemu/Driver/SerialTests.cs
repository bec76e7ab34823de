using System.Net.Sockets;
using System.Text;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>Arm PrimeCell UART (DDI 0183): the kernel's driver on QEMU's PL011, with a socket at the other end of the line.</summary>
public sealed class SerialTests
{
    private const uint ClockHz = 24_000_000, Baud = 115_200, Line = 1;
    private static readonly CpuAddress Registers = new(0x0900_0000);

    [Fact(Timeout = TimeoutMs)]
    public Task TextGoesOutAndComesIn() => Bounded(() =>
    {
        const string greeting = "hello from the driver\n", answer = "hello from outside, and more than the sixteen characters of the FIFO";
        using var bench = new SerialBench();
        Assert.Equal(DriverStatus.Ok, bench.Uart.Initialise(ClockHz, Baud, timeoutMs: 100));
        Assert.Equal(DriverStatus.Ok, bench.Uart.Send(Encoding.ASCII.GetBytes(greeting), timeoutMs: 100, out int sent));
        Assert.Equal(greeting.Length, sent);
        Assert.Equal(greeting, bench.Hear(greeting.Length));

        bench.State.Route(Line, () => bench.Uart.OnInterrupt());
        bench.Say(answer);
        var heard = new StringBuilder();
        Deadline deadline = bench.Machine.DeadlineAfter(5000);
        while (heard.Length < answer.Length && !bench.Machine.HasPassed(deadline))
        {
            bench.Machine.WaitForInterrupt(bench.Machine.DeadlineAfter(100));
            while (bench.Uart.TryReceive(out byte character))
            {
                heard.Append((char)character);
            }
        }

        Assert.Equal(answer, heard.ToString());
        Assert.Equal(0u, bench.Uart.LostCount);
        Assert.NotEqual(0, bench.State.HandlerRuns);
    });

    /// <summary>What the driver relies on, and where QEMU's is simpler than the manual: it is never busy, and a character is out at once.</summary>
    [Fact(Timeout = TimeoutMs)]
    public Task RegistersAreAsTheManualSays() => Bounded(() =>
    {
        using var bench = new SerialBench();
        Assert.Equal(Pl011Flag.TransmitEmpty | Pl011Flag.ReceiveEmpty, bench.Read(Pl011Register.Flags));
        Assert.Equal(DriverStatus.Ok, bench.Uart.Initialise(ClockHz, Baud, timeoutMs: 100));
        Assert.Equal((13u, 1u), (bench.Read(Pl011Register.IntegerBaud), bench.Read(Pl011Register.FractionalBaud)));
        Assert.Equal(Pl011Line.EightBits | Pl011Line.Fifos, bench.Read(Pl011Register.LineControl));
        Assert.Equal(Pl011Control.Enable | Pl011Control.Transmit | Pl011Control.Receive, bench.Read(Pl011Register.Control));
        Assert.Equal(0u, bench.Read(Pl011Register.RawInterrupts) & Pl011Interrupt.Receive);

        // Identification: PL011, then the PrimeCell signature.
        byte[] identification = [0x11, 0x10, 0x14, 0x00, 0x0D, 0xF0, 0x05, 0xB1];
        for (uint i = 0; i < identification.Length; i++)
        {
            Assert.Equal(identification[i], bench.Read(Pl011Register.Identification + 4 * i));
        }

        bench.Say("x");
        PollLoop poll = bench.Machine.BeginPoll(bench.Machine.DeadlineAfter(5000));
        while (bench.Machine.KeepPolling(ref poll, done: (bench.Read(Pl011Register.Flags) & Pl011Flag.ReceiveEmpty) == 0))
        {
        }

        Assert.Equal((uint)'x', bench.Read(Pl011Register.Data));
        Assert.Equal(Pl011Flag.ReceiveEmpty, bench.Read(Pl011Register.Flags) & Pl011Flag.ReceiveEmpty);
        Assert.Equal(0u, bench.Read(Pl011Register.MaskedInterrupts));
    });

    private sealed class SerialBench : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ringcheck-serial-");
        private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly QemuProcess? process;
        private readonly Socket? line;

        public SerialBench()
        {
            try
            {
                string path = Path.Combine(folder.FullName, "line");
                listener.Bind(new UnixDomainSocketEndPoint(path));
                listener.Listen(1);
                process = QemuProcess.Start(QemuFixture.Installation,
                    new QemuOptions { ExtraArguments = ["-chardev", $"socket,id=line,path={path}", "-serial", "chardev:line"] });

                // QEMU has connected before it answered the first command.
                line = listener.Accept();
                line.ReceiveTimeout = 5000;
                State = new QemuMachineState(process);
                Machine = new QemuMachine(State);
                CpuAddress ring = process.Ram.Free.Cpu;
                Machine.FillMemory(ring, 0, 4096);
                Uart = new(Machine, Registers, new ReceiveRing(ring, Capacity: 256));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public QemuMachineState State { get; }

        public QemuMachine Machine { get; }

        public Pl011<QemuMachine> Uart { get; }

        public uint Read(uint register) => Machine.ReadRegister32(Registers + register);

        public void Say(string text) => line!.Send(Encoding.ASCII.GetBytes(text));

        public string Hear(int length)
        {
            var bytes = new byte[length];
            for (int at = 0; at < length;)
            {
                int received = line!.Receive(bytes.AsSpan(at));
                Assert.NotEqual(0, received);
                at += received;
            }

            return Encoding.ASCII.GetString(bytes);
        }

        public void Dispose()
        {
            line?.Dispose();
            process?.Dispose();
            listener.Dispose();
            folder.Delete(recursive: true);
        }
    }
}
