namespace DlAot.Diagnostics;

/// <summary>What keeps the compiler from running: the input, the options, the tools.</summary>
public static partial class Rules
{
    private const string Outside = "It is about files, options and tools.";

    public static readonly DiagnosticRule NotFound = Error("DLAOT1001", "Input not found", "The file '{0}' does not exist.", "Check the path.");

    public static readonly DiagnosticRule NotAnAssembly = Error("DLAOT1002", "Not a .NET assembly", "'{0}' is not a .NET assembly ({1}).", "Pass the .dll that your project builds (bin/Release/.../Name.dll).");

    public static readonly DiagnosticRule MixedMode = Error("DLAOT1003", "Mixed-mode assembly", "'{0}' holds native code beside IL (C++/CLI).", "Only pure IL assemblies can be compiled; move the model to a C# project.");

    public static readonly DiagnosticRule Truncated = Error("DLAOT1004", "Damaged assembly", "'{0}' cannot be read: {1}", "Rebuild it; if an obfuscator ran, run it after dlaot.");

    public static readonly DiagnosticRule MissingReference = Error("DLAOT1005", "Missing reference", "'{0}' needs the assembly '{1}', which was not found.", "Pass its folder with --reference, or compile from the build output where all references lie side by side.");

    public static readonly DiagnosticRule AlreadyCompiled = Error("DLAOT1006", "Already compiled", "'{0}' is already a DlAot drop-in.", "Compile the original assembly (obj/ or a clean build).");

    public static readonly DiagnosticRule OutputNotWritable = Error("DLAOT1007", "Output not writable", "Cannot write to '{0}': {1}", "Close programs that use it, or choose another folder with -o.");

    public static readonly DiagnosticRule OutputIsInput = Error("DLAOT1008", "Output would replace the input", "The output folder '{0}' is where the input lies.", "Choose another folder with -o.");

    public static readonly DiagnosticRule NoCandidates = Error("DLAOT1009", "Nothing to compile", "'{0}' has no method that computes with TorchSharp tensors.", "Compile the assembly that holds the modules; see 'dlaot explain'.");

    public static readonly DiagnosticRule LlvmMissing = Error("DLAOT1010", "LLVM not found", "{0}", "");

    public static readonly DiagnosticRule LinkerMissing = Error("DLAOT1011", "No linker", "{0}", "");

    public static readonly DiagnosticRule LinkFailed = Error("DLAOT1012", "Linking failed", "{0}", "This is likely a bug in DlAot; please report it with the assembly.");

    public static readonly DiagnosticRule KeyUnusable = Error("DLAOT1013", "Key file unusable", "The key file '{0}' cannot be used: {1}", "Pass the .snk with which the original was signed.");

    public static readonly DiagnosticRule UnknownMethod = Error("DLAOT1014", "No such method", "'{0}' names no candidate method; there are: {1}", "Use Namespace.Type.method as printed by 'dlaot explain'.");

    public static readonly DiagnosticRule VerificationFailed = Error("DLAOT1015", "Verification failed", "Original and drop-in differ: {0}", "Please report it with the assembly; set DLAOT_DISABLE=1 to run the original code meanwhile.");

    public static readonly DiagnosticRule BadSignature = Error("DLAOT1016", "Bad signature", "'{0}' is no signature.", "Write Ns.Net.forward=x: f32[N,784]; mask: bool[N,1].");

    public static readonly DiagnosticRule UnknownPass = Error("DLAOT1017", "No such pass", "There is no pass '{0}'; passes are {1}.", "Choose one of them.");

    public static readonly DiagnosticRule Usage = Error("DLAOT1018", "Wrong usage", "{0}", "See dlaot --help.");

    public static readonly DiagnosticRule CopiedUnchanged = Warning("DLAOT1019", "Copied unchanged", "'{0}' has nothing to compile and was copied as it is.", "Set DlAotEnabled=false for this project if that is meant.", beyondSource: Outside);

    public static readonly DiagnosticRule RuntimeMissing = Error("DLAOT1020", "Runtime not found", "The assembly that drop-ins need, '{0}', was not found.", "Reinstall the tool; DlAot.Runtime.dll belongs beside it.");

    public static readonly DiagnosticRule UnknownPlatform = Error("DLAOT1021", "Unknown platform", "{0}", "Pass another --rid.");

    public static readonly DiagnosticRule BadConfiguration = Error("DLAOT1022", "Bad configuration", "{0}.", "See docs/dlaot.schema.json for what dlaot.json may hold.");

    public static readonly DiagnosticRule BadProfile = Error("DLAOT1023", "Bad profile", "'{0}' cannot be used: {1}.", "Record it again with 'dlaot profile'; docs/profiles.md describes the format.");

    public static readonly DiagnosticRule ProfileIgnored = Warning("DLAOT1024", "Profile does not fit", "a row of the profile was ignored: {0}", "Record it again with 'dlaot profile' after changes of classes.", beyondSource: Outside);

    public static readonly DiagnosticRule NothingRecorded = Error("DLAOT1025", "Nothing recorded", "the command '{0}' ran no code of {1}.", "Name the file that the application loads, in its output folder.");

    public static readonly DiagnosticRule CommandNotStarted = Error("DLAOT1026", "Command not started", "'{0}' cannot be started: {1}", "Write the command after '--', as in: dlaot profile bin/Release/net8.0/MyModel.dll -- dotnet run -c Release");

    public static readonly DiagnosticRule CommandFailed = Warning("DLAOT1027", "Command failed", "the command ended with exit code {0}; what it did until then is recorded", "", beyondSource: Outside);

    public static readonly DiagnosticRule BadBaseline = Error("DLAOT1028", "Baseline unusable", "the baseline '{0}' cannot be read: {1}", "Write it with 'dlaot analyze --update-baseline'.");

    public static readonly DiagnosticRule NoLongerCompiled = Error("DLAOT1029", "No longer compiled", "its verdict was {0} in the baseline and is {1} now, because of {2}", "Undo the change that is named, or accept it with 'dlaot analyze --update-baseline'.");

    public static readonly DiagnosticRule BadRates = Error("DLAOT1031", "Bad cost rates", "'{0}' holds no cost rates: {1}", "Measure them again with 'dlaot analyze --calibrate'.");

    public static readonly DiagnosticRule InternalError = Error("DLAOT1099", "Internal error", "DlAot failed: {0}", "This is a bug in DlAot; please report it with the assembly and this text.");
}
