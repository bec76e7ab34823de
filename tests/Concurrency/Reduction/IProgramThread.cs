namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>A thread of a program under way.</summary>
interface IProgramThread
{
    /// <summary>Its thread of the memory machine.</summary>
    int Number { get; }

    /// <summary>What it read and chose, in program order.</summary>
    List<uint> Values { get; }

    /// <summary>What it chose, in program order.</summary>
    List<int> Choices { get; }

    /// <summary>It has not come to its end.</summary>
    bool IsRunning { get; }

    void Start();
}
