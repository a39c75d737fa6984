using DlAot.Eng;

if (args is [var name, .. var rest] && Targets.All.FirstOrDefault(target => target.Name == name) is { } chosen)
{
    try
    {
        return chosen.Run(rest);
    }
    catch (StepFailedException failure)
    {
        Console.Error.WriteLine($"error : {failure.Message}");
        return failure.ExitCode;
    }
}

Console.Error.WriteLine("usage: build.sh TARGET [-p:NAME=VALUE ...] [ARGUMENT ...]");
foreach (var target in Targets.All)
    Console.Error.WriteLine($"  {target.Name,-14}{target.Summary}");
return args.Length == 0 ? 0 : 1;
