namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Clocks: what they show is not known, and a method that only looks at them, or shows it nobody, needs none. Code that depends on it
/// is refused where it does.
/// </summary>
internal static class ClockModels
{
    private static readonly string[] Readings =
    [
        "Stopwatch.get_Elapsed", "Stopwatch.get_ElapsedMilliseconds", "Stopwatch.get_ElapsedTicks", "Stopwatch.get_IsRunning", "Stopwatch.GetTimestamp", "Stopwatch.GetElapsedTime",
        "DateTime.get_Now", "DateTime.get_UtcNow", "DateTimeOffset.get_Now", "DateTimeOffset.get_UtcNow", "Environment.get_TickCount", "Environment.get_TickCount64",
        "DateTime.op_Subtraction", "DateTimeOffset.op_Subtraction", "DateTime.Subtract", "TimeSpan.op_Addition", "TimeSpan.op_Subtraction",
        "TimeSpan.get_TotalMilliseconds", "TimeSpan.get_TotalSeconds", "TimeSpan.get_Milliseconds", "TimeSpan.get_Seconds", "TimeSpan.get_Ticks", "DateTime.get_Ticks",
    ];

    public static void Register(ModelTable t)
    {
        t.Add(s => new Unknown(s.ReturnType, "a clock"), Readings);
        t.Add(s => BclModels.NewFacts(s.Method.Name == ".ctor" ? s.Declaring : s.ReturnType, ("clock", AbstractValue.Null)), "Stopwatch..ctor", "Stopwatch.StartNew");
        t.Add(Turn, "Stopwatch.Start", "Stopwatch.Stop", "Stopwatch.Restart", "Stopwatch.Reset");
    }

    // One that others can see is turned at the end of the call, in its turn.
    private static AbstractValue? Turn(CallSite s)
    {
        if (s.Find("this") is ObjectRef { Access: { } access })
        {
            s.Interpreter.CallLater(s.Method, access);
        }
        else if (s.Find("this") is Unknown { Access: { } unknown })
        {
            s.Interpreter.CallLater(s.Method, s.Interpreter.NotNull(unknown));
        }

        return null;
    }
}
