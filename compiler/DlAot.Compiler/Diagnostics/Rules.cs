using System.Reflection;

namespace DlAot.Compiler.Diagnostics;

/// <summary>The diagnostics table: one field, one row.</summary>
public static class Rules
{
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
    public static readonly DiagnosticRule RuntimeMissing = Error("DLAOT1020", "Runtime not found", "The assembly that drop-ins need, '{0}', was not found.", "Reinstall the tool; DlAot.Runtime.dll belongs beside it.");
    public static readonly DiagnosticRule BadSignature = Error("DLAOT1016", "Bad signature", "'{0}' is no signature.", "Write Ns.Net.forward=x: f32[N,784]; mask: bool[N,1].");
    public static readonly DiagnosticRule UnknownPass = Error("DLAOT1017", "No such pass", "There is no pass '{0}'; passes are {1}.", "Choose one of them.");
    public static readonly DiagnosticRule Usage = Error("DLAOT1018", "Wrong usage", "{0}", "See dlaot --help.");
    public static readonly DiagnosticRule CopiedUnchanged = Warning("DLAOT1019", "Copied unchanged", "'{0}' has nothing to compile and was copied as it is.", "Set DlAotEnabled=false for this project if that is meant.");
    public static readonly DiagnosticRule UnknownPlatform = Error("DLAOT1021", "Unknown platform", "{0}", "Pass another --rid.");
    public static readonly DiagnosticRule BadConfiguration = Error("DLAOT1022", "Bad configuration", "{0}.", "See docs/dlaot.schema.json for what dlaot.json may hold.");
    public static readonly DiagnosticRule BadProfile = Error("DLAOT1023", "Bad profile", "'{0}' cannot be used: {1}.", "Record it again with 'dlaot profile'; docs/profiles.md describes the format.");
    public static readonly DiagnosticRule ProfileIgnored = Warning("DLAOT1024", "Profile does not fit", "a row of the profile was ignored: {0}", "Record it again with 'dlaot profile' after changes of classes.");
    public static readonly DiagnosticRule NothingRecorded = Error("DLAOT1025", "Nothing recorded", "the command '{0}' ran no code of {1}.", "Name the file that the application loads, in its output folder.");
    public static readonly DiagnosticRule CommandNotStarted = Error("DLAOT1026", "Command not started", "'{0}' cannot be started: {1}", "Write the command after '--', as in: dlaot profile bin/Release/net8.0/MyModel.dll -- dotnet run -c Release");
    public static readonly DiagnosticRule CommandFailed = Warning("DLAOT1027", "Command failed", "the command ended with exit code {0}; what it did until then is recorded", "");
    public static readonly DiagnosticRule InternalError = Error("DLAOT1099", "Internal error", "DlAot failed: {0}", "This is a bug in DlAot; please report it with the assembly and this text.");

    public static readonly DiagnosticRule UnknownCall = Warning("DLAOT2001", "Call that cannot be lifted", "the call to {0} is not known to the compiler", "The method stays eager; move the call out of the method, or report it if it is a TorchSharp operation.");
    public static readonly DiagnosticRule UndeterminableTarget = Warning("DLAOT2002", "Undeterminable target", "the target of the call to {0} is not known: {1}", "Give the field a concrete type, or construct it in the constructor with known arguments.");
    public static readonly DiagnosticRule UnsupportedInstruction = Warning("DLAOT2003", "IL that cannot be lifted", "the instruction {0} is not supported", "The method stays eager.");
    public static readonly DiagnosticRule SideEffect = Warning("DLAOT2004", "Side effect", "it writes {0}, which others can see", "Return the value instead of storing it, or keep the method eager.");
    public static readonly DiagnosticRule InputOutput = Warning("DLAOT2005", "Input or output", "it calls {0}", "Move logging into a forward hook.");
    public static readonly DiagnosticRule HostRead = Warning("DLAOT2006", "Tensor value read on the host", "{0} reads a tensor's value on the host", "Express the decision with torch.where, or keep it outside of the method.");
    public static readonly DiagnosticRule Recursion = Warning("DLAOT2008", "Recursion", "{0} calls itself", "Write it as a loop.");
    public static readonly DiagnosticRule UnknownType = Warning("DLAOT2010", "Unknown tensor type", "the type or rank of {0} is not known: {1}", "Give the method a signature, or construct the value in the constructor.");
    public static readonly DiagnosticRule UnknownBranch = Warning("DLAOT2011", "Undecidable branch", "the condition depends on {0}, which is not known at compile time", "Make it a constructor argument with a constant, or a readonly field.");
    public static readonly DiagnosticRule UnboundedLoop = Warning("DLAOT2012", "Loop too long", "the loop runs more than {0} instructions", "Loops are unrolled; bound the trip count by a constant.");
    public static readonly DiagnosticRule ShapeMismatch = Warning("DLAOT2013", "Shapes do not fit", "{0}", "If the code runs eagerly with your shapes, give the method a signature.");
    public static readonly DiagnosticRule AlwaysThrows = Warning("DLAOT2014", "Always throws", "every path that was followed ends in an exception: {0}", "Give the method a signature that it accepts.");
    public static readonly DiagnosticRule InPlaceOnShared = Warning("DLAOT2015", "In-place write to a shared tensor", "{0} writes in place to a tensor that others can see", "Use the out-of-place form.");
    public static readonly DiagnosticRule DisposedResult = Warning("DLAOT2016", "Disposed tensor", "{0} uses a tensor that its dispose scope has freed", "Call MoveToOuterDisposeScope() on what is returned.");
    public static readonly DiagnosticRule UnsupportedSignature = Warning("DLAOT2017", "Signature not supported", "{0}", "The method stays eager.");
    public static readonly DiagnosticRule RandomNumbers = Warning("DLAOT2018", "Random numbers", "{0} draws random numbers", "The method stays eager so that the random stream is the same.");
    public static readonly DiagnosticRule StubNotWritten = Warning("DLAOT2019", "Stub not written", "{0} has no counterpart in a drop-in: {1}", "The method stays eager.");
    public static readonly DiagnosticRule MissingMember = Warning("DLAOT2020", "TorchSharp member missing", "the TorchSharp that it references has no {0}", "The method stays eager; update TorchSharp, or report it.");

    public static readonly DiagnosticRule UncertainLayout = Warning("DLAOT2021", "Uncertain layout", "{0} needs a tensor whose elements lie as the new shape wants them, and that is not certain here", "Use reshape, or call contiguous() first.");

    public static readonly DiagnosticRule EagerCall = Warning("DLAOT2030", "Call that is to stay eager", "it calls {0}, and [Eager] on {1} keeps that as it is", "The call stays; take the attribute away to have it compiled with the method.");

    public static readonly DiagnosticRule TooManyKernels = Warning("DLAOT2023", "Too many kernels", "it becomes {0} kernels, and native code is made of at most {1} in a method", "Split it into modules that are called one after the other, or shorten its loops.");

    public static readonly DiagnosticRule InternalLifting = Warning("DLAOT2099", "Internal error while lifting", "DlAot failed on it: {0}", "The method stays eager. This is a bug in DlAot; please report it with the assembly.");

    public static readonly DiagnosticRule NoTensorComputation = new("DLAOT3001", Severity.Info, "No tensor computation", "it computes nothing on tensors", "Nothing to do.");

    public static readonly DiagnosticRule KeptEager = new("DLAOT3002", Severity.Info, "Kept eager", "[Eager] on {0} keeps it as it is", "Nothing to do.");

    public static readonly DiagnosticRule Training = new("DLAOT3003", Severity.Info, "Computes gradients", "it calls {0}, and what gradients are computed for stays as it is", "Nothing to do; what runs under no_grad() can be a method of its own.");

    public static readonly DiagnosticRule CompiledElsewhere = new("DLAOT3004", Severity.Info, "Compiled where it is called", "nearly all that it computes is in methods that are compiled themselves", "Nothing to do.");

    public static readonly DiagnosticRule PackageCannotRun = Warning("DLAOT5001", "Package cannot run", "the package does not depend on DlAot.Runtime and cannot run where it is used", "Add a PackageReference to DlAot.Runtime, or take PrivateAssets away from that to DlAot.Build.");

    public static IEnumerable<DiagnosticRule> Rows => typeof(Rules)
        .GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).OfType<DiagnosticRule>().OrderBy(r => r.Code, StringComparer.Ordinal);

    private static DiagnosticRule Error(string code, string title, string message, string advice) => new(code, Severity.Error, title, message, advice);

    private static DiagnosticRule Warning(string code, string title, string message, string advice) => new(code, Severity.Warning, title, message, advice);
}
